//! The files of a crate and which of them names something of which, as far as the source tells it without expanding macros.
//!
//! An arrow from one file to another means that the first names an item that the second defines. Re-exports are followed to
//! the file that defines the item, and are no arrow themselves; a method call is none either, so an `impl` may stand beside
//! what it returns. Test modules are left out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Meta, UseTree, Visibility};

/// The files of one crate, and the names that one takes from another.
#[derive(Debug)]
pub struct ModuleGraph {
    files: Vec<PathBuf>,
    arrows: BTreeMap<(usize, usize), BTreeSet<String>>,
}

/// Files that name each other, directly or around others.
#[derive(Debug)]
pub struct Circle {
    /// Every arrow between two files of the circle: from, to, and the names.
    pub arrows: Vec<(PathBuf, PathBuf, Vec<String>)>,
}

impl ModuleGraph {
    /// Reads a crate from its root file and follows its `mod` declarations. Fails if a file is missing or is not Rust.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut source = Source::default();
        let dir = root.parent().unwrap_or(Path::new("")).to_path_buf();
        source.read_file(root, &dir, None)?;
        let arrows = source.arrows();
        Ok(Self { files: source.files, arrows })
    }

    /// The circles, each with its arrows. Empty in a crate that is in order.
    pub fn circles(&self) -> Vec<Circle> {
        let reach: Vec<HashSet<usize>> = (0..self.files.len()).map(|file| self.reachable(file)).collect();
        let mut seen = HashSet::new();
        let mut circles = Vec::new();
        for file in 0..self.files.len() {
            if !reach[file].contains(&file) || seen.contains(&file) {
                continue;
            }
            let members: HashSet<usize> =
                reach[file].iter().copied().filter(|other| reach[*other].contains(&file)).collect();
            let arrows = self.arrows.iter().filter(|((from, to), _)| members.contains(from) && members.contains(to));
            circles.push(Circle {
                arrows: arrows
                    .map(|((from, to), names)| {
                        (self.files[*from].clone(), self.files[*to].clone(), names.iter().cloned().collect())
                    })
                    .collect(),
            });
            seen.extend(members);
        }
        circles
    }

    /// What can be reached from a file by one arrow or more.
    fn reachable(&self, from: usize) -> HashSet<usize> {
        let mut found = HashSet::new();
        let mut open = vec![from];
        while let Some(file) = open.pop() {
            for (_, to) in self.arrows.range((file, 0)..=(file, usize::MAX)).map(|(arrow, _)| *arrow) {
                if found.insert(to) {
                    open.push(to);
                }
            }
        }
        found
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (from, to, names) in &self.arrows {
            writeln!(f, "  {} -> {}: {}", from.display(), to.display(), names.join(", "))?;
        }
        Ok(())
    }
}

/// What one module of the crate declares and names.
#[derive(Debug, Default)]
struct Module {
    file: usize,
    parent: Option<usize>,
    children: HashMap<String, usize>,
    defined: HashSet<String>,
    /// Names brought in by `use`, with the path that each stands for.
    bindings: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Paths that the code names, private imports included.
    named: Vec<Vec<String>>,
}

enum Found {
    Module(usize),
    Item(usize),
}

#[derive(Default)]
struct Source {
    files: Vec<PathBuf>,
    modules: Vec<Module>,
}

impl Source {
    fn read_file(&mut self, path: &Path, dir: &Path, parent: Option<usize>) -> io::Result<usize> {
        let text = fs::read_to_string(path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let parsed = syn::parse_file(&text)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))?;
        self.files.push(path.to_path_buf());
        let file = self.files.len() - 1;
        self.read_module(&parsed.items, file, dir, parent)
    }

    fn read_module(&mut self, items: &[Item], file: usize, dir: &Path, parent: Option<usize>) -> io::Result<usize> {
        let module = self.modules.len();
        self.modules.push(Module { file, parent, ..Module::default() });
        for item in items {
            if let Item::Mod(child) = item {
                if !is_test(&child.attrs) {
                    let index = self.read_child(child, file, dir, module)?;
                    self.modules[module].children.insert(child.ident.to_string(), index);
                }
                continue;
            }
            Names { module: &mut self.modules[module] }.visit_item(item);
            if let Some(name) = defined(item) {
                self.modules[module].defined.insert(name);
            }
        }
        Ok(module)
    }

    fn read_child(&mut self, child: &ItemMod, file: usize, dir: &Path, parent: usize) -> io::Result<usize> {
        let name = child.ident.to_string();
        let inner = dir.join(&name);
        if let Some((_, items)) = &child.content {
            return self.read_module(items, file, &inner, Some(parent));
        }
        let beside = dir.join(format!("{name}.rs"));
        let path = if beside.exists() { beside } else { inner.join("mod.rs") };
        self.read_file(&path, &inner, Some(parent))
    }

    fn arrows(&self) -> BTreeMap<(usize, usize), BTreeSet<String>> {
        let mut arrows: BTreeMap<(usize, usize), BTreeSet<String>> = BTreeMap::new();
        for (index, module) in self.modules.iter().enumerate() {
            for path in &module.named {
                if let Some(Found::Item(file)) = self.resolve(index, path, 0)
                    && file != module.file
                    && let Some(name) = path.last()
                {
                    arrows.entry((module.file, file)).or_default().insert(name.clone());
                }
            }
        }
        arrows
    }

    /// What a path means in a module; nothing if it is of another crate, a local name or a type's own.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        const LONGEST_CHAIN: usize = 32;
        if depth > LONGEST_CHAIN {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let found = match first.as_str() {
            "crate" => Found::Module(0),
            "self" => Found::Module(module),
            "super" => Found::Module(self.modules[module].parent?),
            _ => self.member(module, first, depth)?,
        };
        match found {
            Found::Item(file) => Some(Found::Item(file)),
            Found::Module(next) if rest.is_empty() => Some(Found::Module(next)),
            Found::Module(next) if rest[0] == "super" => self.resolve(next, rest, depth + 1),
            Found::Module(next) => self.inside(next, rest, depth),
        }
    }

    fn inside(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        match self.member(module, first, depth)? {
            Found::Module(next) if !rest.is_empty() => self.inside(next, rest, depth),
            found => Some(found),
        }
    }

    fn member(&self, module: usize, name: &str, depth: usize) -> Option<Found> {
        let declared = &self.modules[module];
        if let Some(child) = declared.children.get(name) {
            return Some(Found::Module(*child));
        }
        if declared.defined.contains(name) {
            return Some(Found::Item(declared.file));
        }
        if let Some(path) = declared.bindings.get(name) {
            // `use serde::serde` and the like: the path begins with its own name, and is of another crate.
            if path.first().is_some_and(|first| first == name) {
                return None;
            }
            return self.resolve(module, path, depth + 1);
        }
        declared.globs.iter().find_map(|glob| match self.resolve(module, glob, depth + 1)? {
            Found::Module(next) if next != module => self.member(next, name, depth + 1),
            _ => None,
        })
    }
}

/// Collects what a module's code names.
struct Names<'a> {
    module: &'a mut Module,
}

impl Names<'_> {
    fn import(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let mut path = before.to_vec();
        match tree {
            UseTree::Path(next) => {
                path.push(next.ident.to_string());
                self.import(&next.tree, &path, public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, &path, public);
                }
            }
            UseTree::Glob(_) => self.module.globs.push(path),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let bound = if name == "self" { path.last().cloned() } else { Some(name.clone()) };
                if name != "self" {
                    path.push(name);
                }
                self.bind(bound, path, public);
            }
            UseTree::Rename(rename) => {
                let name = rename.ident.to_string();
                if name != "self" {
                    path.push(name);
                }
                self.bind(Some(rename.rename.to_string()), path, public);
            }
        }
    }

    fn bind(&mut self, name: Option<String>, path: Vec<String>, public: bool) {
        if !public {
            self.module.named.push(path.clone());
        }
        if let Some(name) = name.filter(|name| name != "_") {
            self.module.bindings.insert(name, path);
        }
    }

    /// Paths in the tokens of a macro: names joined by `::`, and single names.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 && !path.is_empty() => path.push(ident.to_string()),
                TokenTree::Ident(ident) => {
                    self.named(&mut path);
                    path.push(ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.named(&mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.named(&mut path),
            }
            colons = 0;
        }
        self.named(&mut path);
    }

    fn named(&mut self, path: &mut Vec<String>) {
        if !path.is_empty() {
            self.module.named.push(std::mem::take(path));
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.module.named.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() {
            return visit::visit_item_macro(self, item);
        }
        // In a definition single names are mostly of what it declares.
        let before = self.module.named.len();
        self.tokens(item.mac.tokens.clone());
        let paths = self.module.named.split_off(before);
        self.module.named.extend(paths.into_iter().filter(|path| path.len() > 1));
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        self.visit_path(&invoked.path);
        self.tokens(invoked.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

/// The name under which an item can be imported.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles of a crate with these files, each as its arrows in text.
    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let graph = ModuleGraph::read(&folder.path().join("lib.rs")).unwrap();
        let place = format!("{}/", folder.path().display());
        graph.circles().iter().map(|circle| circle.to_string().replace(&place, "")).collect()
    }

    #[test]
    fn two_files_that_name_each_other_are_a_circle_also_through_a_re_export() {
        let found = circles(&[
            ("lib.rs", "mod low; mod high; pub use high::Client;"),
            ("high.rs", "use crate::low::Inner; pub struct Client(Inner);"),
            ("low.rs", "pub struct Inner; impl Inner { fn client(self) -> crate::Client { todo!() } }"),
        ]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("low.rs -> high.rs: Client"), "{}", found[0]);
        assert!(found[0].contains("high.rs -> low.rs: Inner"), "{}", found[0]);
    }

    #[test]
    fn macros_inline_modules_and_parents_are_followed() {
        let found = circles(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; pub(crate) struct Top; fn f() { let _ = vec![b::inside::Part]; }"),
            ("a/b.rs", "pub(crate) mod inside { pub(crate) struct Part; fn g(_: super::super::Top) {} }"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn tests_method_calls_and_re_exports_are_no_arrows() {
        let found = circles(&[
            ("lib.rs", "mod low; mod high; pub use high::build; pub use low::Inner;"),
            ("high.rs", "use crate::low::Inner; pub fn build() -> Inner { Inner }"),
            ("low.rs", "pub struct Inner; #[cfg(test)] mod tests { fn f() { crate::high::build(); } }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
