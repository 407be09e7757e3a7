package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.Protocols;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of event streams, in {@code Authorization} and in a cookie, and their end. */
class EventStreamIdentityTest {

    private static final String MEMBERS = "GET /api/subscribe?channel=members/a";
    private static final String PUBLIC = "GET /api/subscribe?channel=public";

    private final Hub hub = Hub.builder()
            .listen("http://127.0.0.1:0/api", Protocols.http().cookie("session"))
            .authority(EventStreamIdentityTest::membersOnly)
            .authKey("0123456789abcdef0123456789abcdef")
            .daemon(true)
            .build();

    private static Permission membersOnly(Principal who, HubAction action, String name) {
        return who.name().equals("ada") || !name.startsWith("members/") ? Permission.allow() : Permission.deny("no");
    }

    @BeforeEach
    void start() {
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Returns a token of a user, which is valid for the given time. */
    private String token(String user, Duration validity) {
        return hub.signToken(Map.of("sub", user, "exp", System.currentTimeMillis() / 1000 + validity.toSeconds()));
    }

    private HttpPeer subscribe(String request, String field) throws IOException {
        HttpPeer peer = new HttpPeer(hub).send(request, "", field);
        assertThat(peer.head()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(peer.event()).isEqualTo("retry: 1000\n\n");
        assertThat(peer.event()).startsWith("event: subscribed\n");
        return peer;
    }

    private void publish(String channel, Object data) {
        hub.channel(channel).publish(data).orTimeout(10, TimeUnit.SECONDS).join();
    }

    private Connection connection() {
        assertThat(hub.connections()).hasSize(1);
        return hub.connections().iterator().next();
    }

    @Test
    void tokenInAuthorizationOpensAProtectedStream() throws IOException {
        try (HttpPeer peer = subscribe(MEMBERS, "Authorization: Bearer " + token("ada", Duration.ofMinutes(1)))) {
            assertThat(connection().principal().name()).isEqualTo("ada");
            assertThat(connection().principal().source()).isEqualTo(Principal.Source.TOKEN);
            publish("members/a", "for members");
            assertThat(peer.event()).endsWith("\ndata: \"for members\"\n\n");
        }
    }

    @Test
    void tokenInCookieOpensAProtectedStream() throws IOException {
        try (HttpPeer peer =
                subscribe(MEMBERS, "Cookie: theme=dark; session=" + token("ada", Duration.ofMinutes(1)) + "; b=c")) {
            assertThat(connection().principal().name()).isEqualTo("ada");
            publish("members/a", "for members");
            assertThat(peer.event()).endsWith("\ndata: \"for members\"\n\n");
        }
    }

    @Test
    void cookieOfAnotherNameOrUserOpensNothing() throws IOException {
        String token = token("ada", Duration.ofMinutes(1));
        assertThat(HttpPeer.send(hub, MEMBERS, "Cookie: xsession=" + token).status())
                .isEqualTo(403);
        assertThat(HttpPeer.send(hub, MEMBERS, "Cookie: session=" + token("eve", Duration.ofMinutes(1)))
                        .status())
                .isEqualTo(403);
        assertThat(HttpPeer.send(hub, MEMBERS, "Cookie: session=x" + token).status())
                .isEqualTo(401);
        assertThat(hub.connections()).isEmpty();
    }

    @Test
    void expiredTokenIsRejected() throws IOException {
        String expired = token("ada", Duration.ofMinutes(-1));
        HttpPeer.Response response = HttpPeer.send(hub, PUBLIC, "Authorization: Bearer " + expired);
        assertThat(response.status()).isEqualTo(401);
        assertThat(response.body()).contains("\"name\":\"AuthTokenExpiredError\"");
        assertThat(HttpPeer.send(hub, PUBLIC, "Cookie: session=" + expired).status())
                .isEqualTo(401);
        assertThat(hub.connections()).isEmpty();
    }

    @Test
    void expiryEndsAProtectedStream() throws IOException {
        try (HttpPeer peer = subscribe(MEMBERS, "Cookie: session=" + token("ada", Duration.ofSeconds(2)))) {
            publish("members/a", "before");
            assertThat(peer.event()).endsWith("\ndata: \"before\"\n\n");
            assertThat(peer.event()).startsWith("event: kickOut\n").contains("\"channel\":\"members/a\"");
            assertThat(peer.event()).isEqualTo("end");
        }
        assertThat(hub.exchange().subscribers("members/a")).isZero();
        Awaitility.await().until(() -> hub.connections().isEmpty());
    }

    @Test
    void expiryLeavesAPublicStreamAnonymous() throws IOException {
        try (HttpPeer peer = subscribe(PUBLIC, "Authorization: Bearer " + token("ada", Duration.ofSeconds(2)))) {
            assertThat(connection().principal().name()).isEqualTo("ada");
            Awaitility.await().until(() -> !connection().principal().isAuthenticated());
            publish("public", "after");
            assertThat(peer.event()).endsWith("\ndata: \"after\"\n\n");
        }
    }
}
