package io.heliograph.interop.broken.realtime.session;

/** Implementation class that clients and servers share. */
public final class Session {}
