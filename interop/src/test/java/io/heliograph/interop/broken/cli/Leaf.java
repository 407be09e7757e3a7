package io.heliograph.interop.broken.cli;

/** Class that no other package may use. */
public final class Leaf {}
