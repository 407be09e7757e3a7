package io.heliograph.ipc;

import static io.heliograph.internal.Check.positive;

import io.heliograph.Overflow;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Builder with the options that servers and clients share.
 *
 * @param <B> the type of the builder itself
 */
abstract class IpcBuilder<B extends IpcBuilder<B>> extends EndpointBuilder<B> {

    private final Path socketFile;
    private Overflow slowConsumer;
    private int maxDepth = 1000;
    private @Nullable Transcoder transcoder;

    IpcBuilder(Path socketFile, Overflow slowConsumer) {
        super(EndpointOptions.DEFAULTS);
        this.socketFile = SocketFileNames.checked(socketFile);
        this.slowConsumer = slowConsumer;
    }

    /** Selects a custom wire format. Default: JSON, like the npm package. */
    public B transcoder(Transcoder transcoder) {
        this.transcoder = transcoder;
        return self();
    }

    /** Limits the nesting of arrays and objects in a received JSON message. Default: 1000. Must be positive. */
    public B maxDepth(int maxDepth) {
        this.maxDepth = positive("maxDepth", maxDepth);
        return self();
    }

    /**
     * Selects the policy for a message to a peer whose queue has reached {@code maxQueuedBytes}. Default: {@link Overflow#CLOSE}
     * for a server, {@link Overflow#REFUSE} for a client.
     */
    public B slowConsumer(Overflow slowConsumer) {
        this.slowConsumer = slowConsumer;
        return self();
    }

    final IpcOptions options() {
        return new IpcOptions(socketFile, endpointOptions(), slowConsumer, maxDepth, transcoder);
    }
}
