package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.TransportContract;
import io.heliograph.transport.Transport;

/** TCP, with NIO. */
class TcpNioContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create("nio", "2");
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("127.0.0.1", 0);
    }
}
