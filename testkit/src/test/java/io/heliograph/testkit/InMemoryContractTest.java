package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.transport.Transport;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

class InMemoryContractTest extends TransportContract {

    private final AtomicInteger addresses = new AtomicInteger();
    private @Nullable InMemoryTransport transport;

    @Override
    protected Transport transport() {
        transport = InMemoryTransport.threaded(2);
        return transport;
    }

    @Override
    protected Address freshAddress() {
        int number = addresses.incrementAndGet();
        return number % 2 == 0 ? new Address.Tcp("localhost", 0) : new Address.Unix(Path.of("/memory/" + number));
    }

    @Override
    protected void assertNothingRemains() {
        assertThat(Objects.requireNonNull(transport).openLinks()).isZero();
    }
}
