//! `describe`: one file per kind.
