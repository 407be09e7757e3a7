package io.heliograph.ipc;

import io.heliograph.HeliographException;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Server that exchanges raw bytes over in-memory connections. */
final class RawServer implements Transport.AcceptHandler {

    private final Memory memory;
    final List<RawPeer> peers = new ArrayList<>();

    @Nullable
    Acceptor acceptor;

    RawServer(Memory memory) {
        this.memory = memory;
    }

    @Override
    public LinkHandler accepted(Link link) {
        RawPeer peer = new RawPeer(memory);
        peer.link = link;
        peers.add(peer);
        return peer;
    }

    @Override
    public void failed(HeliographException cause) {
        throw new AssertionError(cause);
    }

    RawPeer last() {
        return peers.getLast();
    }

    void stopListening() {
        if (acceptor != null) {
            acceptor.close();
        }
        memory.run();
    }
}
