//! stub
use crate::text::Span;
pub struct Guard {
    pub endif: Span,
    pub define: Span,
}
pub struct Header(Option<Guard>);
impl Header {
    pub fn parse(t: &[u8]) -> Header {
        let i = t.windows(6).rposition(|w| w == b"#endif");
        Header(i.map(|i| {
            let l = crate::text::line_bounds(t, i);
            Guard { endif: l, define: Span::new(0, 1) }
        }))
    }
    pub fn guard(&self) -> Option<&Guard> {
        self.0.as_ref()
    }
    pub fn near_guard(&self) -> Option<usize> {
        None
    }
}
