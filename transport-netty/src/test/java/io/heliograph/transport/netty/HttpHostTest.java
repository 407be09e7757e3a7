package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.http.AllowedHosts;
import io.heliograph.testkit.RecordingHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.WebSocketOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code Host} field of requests over a loopback address. */
class HttpHostTest {

    private final Sockets sockets = new Sockets(Engine.choose(null));
    private @Nullable HttpPort server;

    @AfterEach
    void close() {
        sockets.close();
    }

    private HttpPort listen(AllowedHosts hosts) {
        HttpPort port = HttpPort.listen(
                sockets.transport,
                HttpPort.ANY,
                HttpOptions.defaults().withAllowedHosts(hosts),
                WebSocketOptions.defaults(),
                RecordingHandler::new);
        server = port;
        return port;
    }

    private String status(String request) throws IOException {
        HttpPort port = server == null ? listen(AllowedHosts.loopback()) : server;
        try (HttpPeer peer = new HttpPeer(port.port())) {
            return peer.send(request).read(12);
        }
    }

    private String status(String fields, boolean upgrade) throws IOException {
        return status("GET / HTTP/1.1\r\n"
                + fields
                + (upgrade
                        ? "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" + HttpTest.KEY
                        : "")
                + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestWithoutHostOrWithTwoIs400(boolean upgrade) throws IOException {
        assertThat(status("", upgrade)).isEqualTo("HTTP/1.1 400");
        assertThat(status("Host: localhost\r\nHost: localhost\r\n", upgrade)).isEqualTo("HTTP/1.1 400");
        assertThat(status("Host: localhost\r\nhost: evil.example\r\n", upgrade)).isEqualTo("HTTP/1.1 400");
        assertThat(server).satisfies(port -> {
            assertThat(port.requests).isEmpty();
            assertThat(port.upgrades).isEmpty();
        });
    }

    @Test
    void http10NeedsNoHost() throws IOException {
        assertThat(status("GET / HTTP/1.0\r\n\r\n")).isEqualTo("HTTP/1.1 200");
        assertThat(status("GET / HTTP/1.0\r\nHost: evil.example\r\n\r\n")).isEqualTo("HTTP/1.1 403");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pageOfAReboundNameIsRefused(boolean upgrade) throws IOException {
        HttpPort port = listen(AllowedHosts.loopback());
        String host = "evil.example:" + port.port();
        assertThat(status("Host: " + host + "\r\nOrigin: http://" + host + "\r\n", upgrade))
                .isEqualTo("HTTP/1.1 403");
        assertThat(Sockets.take(port.refusals)).isEqualTo("host-refused tcp://127.0.0.1 " + host);
        assertThat(port.requests).isEmpty();
        assertThat(port.upgrades).isEmpty();
    }

    @Test
    void configuredNamesAndTheBoundHostAreAllowed() throws IOException {
        listen(AllowedHosts.of("app.example"));
        assertThat(status("Host: app.example\r\n", true)).isEqualTo("HTTP/1.1 101");
        assertThat(status("Host: localhost:1\r\n", true)).isEqualTo("HTTP/1.1 101");
        assertThat(status("Host: other.example\r\n", true)).isEqualTo("HTTP/1.1 403");
        listen(AllowedHosts.any());
        assertThat(status("Host: other.example\r\n", true)).isEqualTo("HTTP/1.1 101");
        assertThat(new HttpConnections(
                                new Address.Tcp("box.example", 0), HttpOptions.defaults(), listen(AllowedHosts.any()))
                        .allowedHosts()
                        .allows("box.example:80", HttpPort.ANY))
                .isTrue();
    }
}
