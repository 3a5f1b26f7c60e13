//! White space as HTTP has it.

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
