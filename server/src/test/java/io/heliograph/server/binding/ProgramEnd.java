package io.heliograph.server.binding;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Program that owns the hub. It has no permissions to ask for, and no connection to lose. */
final class ProgramEnd implements MatrixEnd {

    static final MatrixProtocol PROTOCOL = new MatrixProtocol("Java", true, true, Sample::json, ProgramEnd::new);

    private final Hub hub;
    private final BlockingQueue<Payload> received = new LinkedBlockingQueue<>();

    private ProgramEnd(Hub hub) {
        this.hub = hub;
    }

    @Override
    public void subscribe(String channel) {
        hub.channel(channel)
                .on(publication -> received.add(publication.data()))
                .subscribed()
                .join();
    }

    @Override
    public @Nullable String publish(String channel, Sample sample) {
        Payload data =
                sample.equals(Sample.NO_DATA) ? Payload.absent(MatrixJson.CODEC) : MatrixJson.payload(sample.json());
        hub.exchange().publish(channel, data, PublishOptions.none()).join();
        return null;
    }

    @Override
    public String next() {
        try {
            Payload payload = received.poll(5, TimeUnit.SECONDS);
            if (payload == null) {
                throw new AssertionError("no publication");
            }
            return payload.isPresent() ? payload.frame().utf8().replace('"', '\'') : "";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public String call(String procedure, String argument) {
        try {
            Object result = hub.call(procedure, MatrixJson.payload(argument))
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            return MatrixJson.of(result);
        } catch (CompletionException failed) {
            if (!(failed.getCause() instanceof CallException error)) {
                throw failed;
            }
            Object data = error.data();
            return "error " + error.errorName()
                    + (error.code() == -32000 ? "" : " " + error.code())
                    + " " + error.getMessage()
                    + (data == null ? "" : " " + MatrixJson.of(data));
        }
    }

    @Override
    public void callOneWay(String procedure, String argument) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void beginCall(String procedure, String argument) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
