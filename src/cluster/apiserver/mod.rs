//! The API over HTTP. No rule about any kind lives here.
