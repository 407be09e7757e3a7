package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.testkit.TransportContract;
import io.heliograph.transport.Transport;

/** Unix domain sockets, with the best engine there is: epoll on Linux, kqueue on macOS. */
class UnixNativeContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return NettyTransport.create(null, "2");
    }

    @Override
    protected Address freshAddress() {
        return SocketFiles.freshAddress();
    }
}
