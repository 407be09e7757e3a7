package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.choice;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.HttpProtocol;
import java.util.List;

/** Options of listeners with the protocol http. */
final class HttpOptions {

    static final List<ListenerOption<HttpProtocol, ?>> ALL = new ListenerOptions<HttpProtocol>("http")
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "1MiB",
                    "bytes queued for a stream of events; see slow-consumer",
                    HttpProtocol::maxQueuedBytes)
            .option(
                    "slow-consumer",
                    choice(SlowConsumer.class),
                    "close",
                    "policy when max-queued-bytes is reached",
                    HttpProtocol::slowConsumer)
            .list();

    private HttpOptions() {}
}
