package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.WebSocketContract;
import io.heliograph.transport.Transport;

/** WebSockets over Unix domain sockets. */
class WebSocketUnixContractTest extends WebSocketContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create(null, "2");
    }

    @Override
    protected Address freshAddress() {
        return SocketFiles.freshAddress();
    }
}
