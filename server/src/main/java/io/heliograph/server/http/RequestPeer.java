package io.heliograph.server.http;

import io.heliograph.codec.Payload;
import io.heliograph.server.hub.HubPeer;
import io.heliograph.transport.EventLoop;

/** Peer of a connection that exists for one request: nothing can be sent to it but the response. */
record RequestPeer(EventLoop loop) implements HubPeer {

    @Override
    public void send(String name, Payload data) {}

    @Override
    public void kickOut(String channel, String reason) {}

    @Override
    public void close(String reason) {}
}
