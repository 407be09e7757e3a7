package io.heliograph.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Transport;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledOnOs(OS.LINUX)
class ReusePortTest {

    private static final HttpOptions SHARED = HttpOptions.defaults().withReusePort(true);

    private static final HttpAcceptHandler NONE = new HttpAcceptHandler() {
        @Override
        public @Nullable HttpResponse refusal(HttpRequest head) {
            return null;
        }

        @Override
        public void request(Exchange exchange) {}

        @Override
        public void upgrade(Upgrade upgrade) {}

        @Override
        public void refused(DropReason reason, Address peer, String value) {}

        @Override
        public void failed(HeliographException cause) {}
    };

    private static CompletableFuture<Acceptor> listen(Transport transport, int port, HttpOptions options) {
        return transport.listen(new Address.Tcp("127.0.0.1", port), null, options, NONE);
    }

    private static int port(CompletableFuture<Acceptor> listening) throws Exception {
        return ((Address.Tcp) listening.get(10, TimeUnit.SECONDS).address()).port();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void twoServersListenOnOnePort(Engine engine) throws Exception {
        Transport first = NettyTransport.create(engine.toString(), "1");
        Transport second = NettyTransport.create(engine.toString(), "1");
        try {
            int port = port(listen(first, 0, SHARED));
            assertThat(port(listen(second, port, SHARED))).isEqualTo(port);
        } finally {
            first.close().get(10, TimeUnit.SECONDS);
            second.close().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void serverWithoutTheOptionIsRefused() throws Exception {
        Transport transport = NettyTransport.create(null, "1");
        try {
            int port = port(listen(transport, 0, SHARED));
            assertThatThrownBy(() -> port(listen(transport, port, HttpOptions.defaults())))
                    .hasCauseInstanceOf(TransportException.class)
                    .hasMessageContaining("EADDRINUSE");
        } finally {
            transport.close().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void engineThatDoesNotDistributeConnectionsRefuses() {
        assertThatThrownBy(() -> Engine.KQUEUE.reusePort(new NioServerSocketChannel()))
                .isInstanceOf(TransportException.class)
                .hasMessage("reusePort: not available with the engine kqueue on Linux (expected: Linux)");
    }
}
