//! What is read, refused and written, compared with what kubectl prints.
