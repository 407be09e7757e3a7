package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.Subscription;
import io.heliograph.TransportException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientListenerTest {

    private final ScriptedClient scripted = new ScriptedClient();

    @AfterEach
    void close() {
        scripted.close();
    }

    private List<CloseReason> closeReasons() {
        List<CloseReason> reasons = new ArrayList<>();
        scripted.client.onDisconnect(reasons::add);
        return reasons;
    }

    @Test
    void onCloseIsCalledOnceAfterDisconnect() {
        scripted.open();
        List<String> order = new ArrayList<>();
        scripted.client.onDisconnect(reason -> order.add("disconnect"));
        scripted.client.onClose(() -> order.add("close"));
        scripted.client.close();
        scripted.server.run();
        scripted.client.close();
        scripted.server.run();

        assertThat(order).containsExactly("disconnect", "close");
    }

    @Test
    void onCloseIsNotCalledForDisconnect() {
        scripted.open();
        List<String> closed = new ArrayList<>();
        scripted.client.onClose(() -> closed.add("close"));
        scripted.client.disconnect();
        scripted.server.run();

        assertThat(closed).isEmpty();
    }

    @Test
    void closedOnCloseSubscriptionIsNotCalled() {
        List<String> closed = new ArrayList<>();
        Subscription subscription = scripted.client.onClose(() -> closed.add("close"));
        subscription.close();
        scripted.client.close();
        scripted.server.run();

        assertThat(closed).isEmpty();
    }

    @Test
    void isConnectedAfterHandshakeUntilDisconnect() {
        assertThat(scripted.client.isConnected()).isFalse();
        scripted.client.connect();
        ScriptedLink link = scripted.server.link();
        assertThat(scripted.client.isConnected()).isFalse();
        link.open();
        assertThat(scripted.client.isConnected()).isTrue();
        link.cut();
        assertThat(scripted.client.isConnected()).isFalse();
        scripted.client.connect();
        scripted.server.link().open();
        assertThat(scripted.client.isConnected()).isTrue();
        scripted.client.disconnect();
        assertThat(scripted.client.isConnected()).isFalse();
    }

    @Test
    void ownDisconnectHasLocalCloseReason() {
        scripted.open();
        List<CloseReason> reasons = closeReasons();
        scripted.client.disconnect();
        scripted.server.run();

        assertThat(reasons).containsExactly(new CloseReason.Local());
    }

    @Test
    void closeFrameHasRemoteCloseReason() {
        ScriptedLink link = scripted.open();
        List<CloseReason> reasons = closeReasons();
        link.closeFromServer(4501, "bye");

        assertThat(reasons).containsExactly(new CloseReason.Remote(4501, "bye"));
    }

    @Test
    void brokenConnectionHasFailedCloseReason() {
        ScriptedLink link = scripted.open();
        List<CloseReason> reasons = closeReasons();
        TransportException cause = new TransportException("ECONNRESET", "read ECONNRESET", null);
        link.cut(cause);

        assertThat(reasons).containsExactly(new CloseReason.Failed(cause));
    }

    @Test
    void connectAbortDoesNotCallOnDisconnect() {
        scripted.server.answer = ScriptedServer.Answer.REFUSE;
        List<CloseReason> reasons = closeReasons();
        scripted.client.connect();
        scripted.server.run();

        assertThat(reasons).isEmpty();
    }
}
