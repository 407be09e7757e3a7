package io.heliograph.interop.broken.transport;

/** In a package above frames. */
public final class Above {}
