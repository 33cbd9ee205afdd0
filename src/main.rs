//! The executable: hands its arguments over and ends with the exit code it is given.

fn main() {}
