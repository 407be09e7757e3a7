package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.transport.Transport;

/** The contract on one loop, with chunks that never fit a frame and pipes that hardly hold one. */
class InMemoryChunksContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return InMemoryTransport.threaded(1).chunkBytes(61).pipeBytes(997);
    }

    @Override
    protected Address freshAddress() {
        return new Address.Tcp("localhost", 0);
    }
}
