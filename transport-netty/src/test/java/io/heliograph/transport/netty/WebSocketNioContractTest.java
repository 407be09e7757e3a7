package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.WebSocketContract;
import io.heliograph.transport.Transport;

/** WebSockets over TCP and NIO. */
class WebSocketNioContractTest extends WebSocketContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create("nio", "2");
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("127.0.0.1", 0);
    }
}
