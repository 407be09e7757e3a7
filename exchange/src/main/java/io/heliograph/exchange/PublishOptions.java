package io.heliograph.exchange;

import org.jspecify.annotations.Nullable;

/**
 * Options of a publication.
 *
 * @param id idempotency key; null if the publication is never retried
 * @param publisher id of the connection that publishes, returned by {@link Publication#publisher()} in this process; null for a program
 * @param traceContext W3C trace context that the publication carries; null for none
 */
public record PublishOptions(
        @Nullable PublicationId id,
        @Nullable String publisher,
        @Nullable String traceContext) {

    private static final PublishOptions NONE = new PublishOptions(null, null, null);

    /** No options. */
    public static PublishOptions none() {
        return NONE;
    }

    public PublishOptions withId(PublicationId id) {
        return new PublishOptions(id, publisher, traceContext);
    }

    public PublishOptions withPublisher(String publisher) {
        return new PublishOptions(id, publisher, traceContext);
    }

    public PublishOptions withTraceContext(String traceContext) {
        return new PublishOptions(id, publisher, traceContext);
    }
}
