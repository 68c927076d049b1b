//! A half-open range of bytes.

/// The bytes `start..end` of a file. Offsets count bytes from the beginning of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just behind the last byte; never below `start`.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    ///
    /// # Panics
    /// When `end` lies before `start`: such a span is a bug of the caller.
    pub fn new(start: usize, end: usize) -> Span {
        assert!(start <= end, "a span ends before it starts: {start}..{end}");
        Span { start, end }
    }

    /// The empty span at `offset`: a place where something may be inserted.
    pub fn at(offset: usize) -> Span {
        Span { start: offset, end: offset }
    }

    /// Its length in bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether both cover a byte in common.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The bytes it names in `text`.
    pub fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start..self.end]
    }
}
