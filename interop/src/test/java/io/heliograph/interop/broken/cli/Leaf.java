package io.heliograph.interop.broken.cli;

/** Nobody may use this. */
public final class Leaf {}
