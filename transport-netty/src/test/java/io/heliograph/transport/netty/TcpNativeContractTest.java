package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.TransportContract;
import io.heliograph.transport.Transport;

/** TCP, with the best engine there is. */
class TcpNativeContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create(null, "2");
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("127.0.0.1", 0);
    }
}
