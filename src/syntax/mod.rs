//! Finders: named spans in the formats of a CPython tree. Nothing here edits.
