//! The outcomes of each operation on small files. [`testing`](super::testing) also asserts that every change is
//! idempotent, can be reversed and does the same with `\r\n` line ends.

mod c;
mod c_calls;
mod c_condition;
mod c_entries;
mod c_nouns;
mod c_statements;
mod diff;
mod examples;
mod file;
mod forms;
mod header;
mod m4;
mod m4_branches;
mod m4_conditions;
mod m4_nouns;
mod m4_statements;
mod m4_words;
mod m4_wrap;
mod makefile;
mod makefile_lines;
mod makefile_lists;
mod patch_program;
mod properties;
mod python;
mod python_arguments;
mod python_conditions;
mod python_definitions;
mod python_entries;
mod python_imports;
mod python_statements;
mod resolve;
mod setup;
mod shell;
mod suggest;
mod text;
