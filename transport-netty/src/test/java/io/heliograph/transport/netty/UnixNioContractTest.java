package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.TransportContract;
import io.heliograph.transport.Transport;

/** Unix domain sockets, with NIO. */
class UnixNioContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create("nio", "2");
    }

    @Override
    protected Address freshAddress() {
        return SocketFiles.freshAddress();
    }
}
