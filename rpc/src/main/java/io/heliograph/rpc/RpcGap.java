package io.heliograph.rpc;

/**
 * Report that events may be missing before the next event, from a server that gives its events positions.
 *
 * @param event name of the event
 * @param reason reason, as the server names it: {@code too-old}, {@code forked}, {@code queue-full} and others
 */
public record RpcGap(String event, String reason) {}
