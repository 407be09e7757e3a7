package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.WebSocketContract;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;

/** WebSockets over TLS and NIO. */
class WebSocketTlsNioContractTest extends WebSocketContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create("nio", "2");
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("127.0.0.1", 0);
    }

    @Override
    protected LinkOptions options(Framing framing) {
        return super.options(framing).withTls(Certificates.trusted());
    }
}
