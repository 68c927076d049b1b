#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pypatch::fuzzing::import(input));
