package io.heliograph.interop.broken.realtime.server;

/** Implementation class of a server. */
public final class Connection {}
