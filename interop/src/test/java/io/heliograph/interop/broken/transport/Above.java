package io.heliograph.interop.broken.transport;

/** Class of a package above frames. */
public final class Above {}
