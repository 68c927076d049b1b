//! The commands of pypatch on small made-up trees, a module for each command. One binary, because linking each of them
//! by itself takes longer than running it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;

mod add;
mod annotate;
mod apply;
mod build;
mod build_set;
mod bump;
mod chains;
mod collapse;
mod corpus;
mod diff;
mod editor;
mod explain;
mod export;
mod export_patches;
mod faults;
mod finding;
mod foreign;
mod formats;
mod forms;
mod hostile;
mod import;
mod import_git;
mod import_stat;
mod injection;
mod interrupted;
mod kill;
mod lift;
mod links;
mod missing;
mod mistakes;
mod names;
mod new;
mod outputs;
mod patchset;
mod pins;
mod plan;
mod port;
mod port_brief;
mod port_doubts;
mod port_lines;
mod port_patch;
mod port_recipe;
mod port_series;
mod reading;
mod record;
mod reference;
mod review;
mod schema;
mod screens;
mod setup;
mod shards;
mod snapshot;
mod software;
mod sources;
mod stability;
mod suggest;
mod verdicts;
mod watch;
mod why;
