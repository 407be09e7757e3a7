package io.heliograph.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerBasicsTest {

    @Test
    void answersARequest() {
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(
                    socket -> socket.onProcedure("sum", int[].class, (int[] p) -> p[0] + p[1]));
            RawPeer peer = fixture.join();
            assertThat(peer.ask("{\"event\":\"sum\",\"data\":[1,2],\"cid\":2}"))
                    .isEqualTo("{\"rid\":2,\"data\":3}");
        }
    }

    @Test
    void givesAPublicationToAllSubscribersAndItsPublisherFirst() { // SC 135, SC 136
        try (var fixture = ServerFixture.listening()) {
            RawPeer one = fixture.join();
            RawPeer two = fixture.join();
            for (RawPeer peer : new RawPeer[] {one, two}) {
                assertThat(
                                peer.ask(
                                        "{\"event\":\"#subscribe\",\"data\":{\"channel\":\"foo\"},\"cid\":2}"))
                        .isEqualTo("{\"rid\":2}");
            }
            one.send(
                    "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"},\"cid\":3}");
            assertThat(one.next(2))
                    .containsExactly(
                            "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"}}",
                            "{\"rid\":3}");
            assertThat(two.next())
                    .isEqualTo(
                            "{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\",\"data\":\"hi\"}}");
            one.send("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\"}}");
            assertThat(two.next())
                    .isEqualTo("{\"event\":\"#publish\",\"data\":{\"channel\":\"foo\"}}");
        }
    }

    @Test
    void writesTheTokenBeforeTheResponseThatFollows() { // SC 85
        try (var fixture = ServerFixture.listening()) {
            fixture.server.onConnection(socket ->
                    socket.onProcedure(
                            "login",
                            Login.class,
                            (login, request) -> {
                                socket.setAuthToken(login);
                                request.end();
                            }));
            RawPeer peer = fixture.join();
            String token =
                    peer.ask("{\"event\":\"login\",\"data\":{\"username\":\"bob\"},\"cid\":2}");
            assertThat(token).startsWith("{\"event\":\"#setAuthToken\",\"data\":{\"token\":\"ey");
            assertThat(peer.next()).isEqualTo("{\"rid\":2}");
            String jwt = token.substring(token.indexOf("ey"), token.lastIndexOf('"'));
            RawPeer again = fixture.connect();
            assertThat(
                            again.ask(
                                    "{\"event\":\"#handshake\",\"data\":{\"authToken\":\""
                                            + jwt
                                            + "\"},\"cid\":1}"))
                    .endsWith("\"isAuthenticated\":true}}");
        }
    }

    record Login(String username) {}
}
