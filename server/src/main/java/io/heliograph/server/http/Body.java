package io.heliograph.server.http;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope;
import org.jspecify.annotations.Nullable;

/** Members of the JSON object in the body of a request. Values that are passed on remain encoded. */
final class Body {

    private static final int MAX_DEPTH = 1000;

    private final Codec codec;
    private final String[] names;
    private final JsonEnvelope envelope;

    /** @throws io.heliograph.codec.CodecException if the body is no JSON object */
    Body(Codec codec, Frame body, String... names) {
        this.codec = codec;
        this.names = names;
        this.envelope = new JsonEnvelope(MAX_DEPTH, names);
        envelope.scan(body);
    }

    private int index(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException(name);
    }

    boolean has(String name) {
        return envelope.has(index(name));
    }

    String text(String name) {
        String text = optionalText(name);
        checkArgument(text != null, "%s: missing (expected: a string)", name);
        return String.valueOf(text);
    }

    @Nullable
    String optionalText(String name) {
        int member = index(name);
        if (!envelope.has(member) || envelope.kind(member) == JsonEnvelope.Kind.NULL) {
            return null;
        }
        checkArgument(
                envelope.kind(member) == JsonEnvelope.Kind.STRING,
                "%s: %s (expected: a string)",
                name,
                envelope.kind(member));
        return envelope.string(member);
    }

    /** Returns a member as it was sent; absent if the body has no such member. */
    Payload payload(String name) {
        int member = index(name);
        return envelope.has(member) ? Payload.ofWellFormed(codec, envelope.value(member)) : Payload.absent(codec);
    }
}
