package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Defects of the npm package that the compatibility table mentions. A failure means that the package has changed. */
class NpmWeaknessInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void malformedFrameEndsNpmServerProcess() throws Exception {
        PeerProcess server = scratch.npmServer(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.connect(scratch.path("s")));
        server.await("connection");

        peer.write("no json\0\0");

        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.errors()).contains("ReferenceError: clientId is not defined");
    }

    @Test
    void malformedFrameEndsNpmClientProcess() throws Exception {
        ServerSocketChannel server = scratch.closing(UnixPeer.listen(scratch.path("s")));
        PeerProcess client = scratch.npmClient(scratch.path("s"));
        UnixPeer peer = scratch.closing(UnixPeer.accept(server));
        client.await("connect");

        peer.write("no json\0\0");

        assertThat(client.awaitExit()).isEqualTo(1);
        assertThat(client.errors()).contains("ReferenceError: clientId is not defined");
    }
}
