package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.transport.Transport;

/** WebSockets in memory, on threads of their own. */
class InMemoryWebSocketContractTest extends WebSocketContract {

    @Override
    protected Transport transport() {
        return InMemoryTransport.threaded(2);
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("memory", 0);
    }
}
