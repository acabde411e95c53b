//! Tells the linker what a library for Node may leave open. It generates nothing.

fn main() {
    napi_build::setup();
}
