package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.RealtimeClient;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Presence of the npm package {@code heliograph-client} with the npm client, at a hub. */
class BrowserPresenceInteropTest {

    private static final String CHANNEL = "room/1";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private final Hub hub = Hub.builder()
            .daemon(true)
            .presence("room/**")
            .listen("ws://127.0.0.1:0/socketcluster/", Protocols.socketCluster())
            .build();

    @BeforeEach
    void start() {
        scratch.closing(hub);
        hub.onError(failure -> {});
        value(hub.start());
    }

    private String url() {
        return hub.listeners().getFirst().url();
    }

    private PeerProcess peer() {
        PeerProcess peer = scratch.closing(PeerProcess.script(
                "heliograph-presence.js", "port", URI.create(url()).getPort(), "channel", CHANNEL));
        peer.await("ready");
        return peer;
    }

    private PeerProcess authenticated() {
        PeerProcess peer = peer();
        peer.command("authenticate", "token", hub.signToken(Map.of("sub", "watcher")));
        peer.await("authenticated");
        return peer;
    }

    /** Subscribes a user, who is a member then. */
    private RealtimeClient member(String user) {
        RealtimeClient client =
                scratch.closing(RealtimeClient.builder(URI.create(url())).build());
        value(client.connect());
        value(client.authenticate(hub.signToken(Map.of("sub", user))));
        value(client.subscribe(CHANNEL).subscribed());
        return client;
    }

    private static Object users(PeerProcess peer) {
        return peer.await("members").get("users");
    }

    @Test
    void membersThatJoinAndLeaveAreSeen() {
        member("ada");
        PeerProcess watcher = authenticated();
        watcher.command("watch");
        PeerEvent first = watcher.await("members");
        assertThat(first.get("users")).isEqualTo(List.of("ada"));
        assertThat(first.get("ids"))
                .isEqualTo(hub.connections().stream()
                        .filter(each -> each.principal().name().equals("ada"))
                        .map(Connection::id)
                        .toList());
        RealtimeClient grace = member("grace");
        assertThat(users(watcher)).isEqualTo(List.of("ada", "grace"));
        grace.disconnect();
        assertThat(users(watcher)).isEqualTo(List.of("ada"));
        watcher.command("close");
        watcher.await("ended");
    }

    @Test
    void anonymousWatcherIsRefused() {
        PeerProcess watcher = peer();
        watcher.command("watch");
        assertThat(watcher.await("failed").get("name")).isEqualTo("NotAllowedError");
    }

    @Test
    void changesDuringALostConnectionAreSeenAfterwards() {
        RealtimeClient ada = member("ada");
        PeerProcess watcher = authenticated();
        watcher.command("watch");
        assertThat(users(watcher)).isEqualTo(List.of("ada"));
        Connection lost = hub.connections().stream()
                .filter(each -> each.principal().name().equals("watcher"))
                .findFirst()
                .orElseThrow();
        watcher.command("drop");
        await().until(() -> hub.connection(lost.id()).isEmpty());
        member("grace");
        ada.disconnect();
        // The client authenticates by its handshake. The watch begins again with the members of that time.
        Object users = users(watcher);
        while (!users.equals(List.of("grace"))) {
            users = users(watcher);
        }
    }
}
