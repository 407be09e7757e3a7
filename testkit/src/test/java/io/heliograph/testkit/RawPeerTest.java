package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.UnreachableException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The peers and servers of which a test writes the frames. */
class RawPeerTest {

    private static final Address ADDRESS = new Address.Unix(Path.of("raw.sock"));

    @RegisterExtension
    final Scratch scratch = new Scratch();

    @Test
    void framesTravelBothWaysOnManualNetwork() {
        ManualNetwork network = new ManualNetwork();
        RawServer server = network.listen(ADDRESS);
        RawPeer client = network.connect(ADDRESS);
        client.send((byte) 1, (byte) 2);
        assertThat(server.last().nextHex()).isEqualTo("0102");
        assertThat(client.poll()).isNull();
        client.end();
        assertThat(server.last().isInputEnded()).isTrue();
        assertThat(server.last().isOpen()).isTrue();
        server.last().end();
        assertThat(client.awaitClosed()).isEqualTo(new CloseReason.Local());
        assertThatThrownBy(client::next).hasMessageContaining("no frame before the close");
    }

    @Test
    void webSocketTextTravelsBothWays() {
        InMemoryTransport transport = InMemoryTransport.threaded(2);
        scratch.closing(() -> Await.value(transport.close()));
        RawServer server = scratch.closing(RawServer.webSocket(transport));
        RawPeer client = scratch.closing(RawPeer.connect(
                transport, WebSocketTarget.of(server.url(), Optional.empty()), WebSocketOptions.defaults()));
        RawPeer accepted = server.next();
        client.send(Json.frame("{'a':1}"));
        assertThat(Json.show(accepted.nextText())).isEqualTo("{'a':1}");
        accepted.send("b");
        assertThat(client.next()).isEqualTo(Frame.utf8("b"));
        assertThat(server.attempts()).isEqualTo(1);
    }

    @Test
    void failedAttemptIsThrown() {
        ManualNetwork network = new ManualNetwork();
        assertThatThrownBy(network.connect(ADDRESS)::link).isInstanceOf(UnreachableException.class);
    }
}
