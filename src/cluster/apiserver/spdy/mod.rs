//! SPDY/3.1, as much of it as kubectl speaks: streams, their headers, their data.

mod frame;
mod headers;

pub(super) use frame::{Frame, FrameReader, FrameWriter};
