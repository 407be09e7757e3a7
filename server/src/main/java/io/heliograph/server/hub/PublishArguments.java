package io.heliograph.server.hub;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.PublicationId;
import io.heliograph.frame.Frame;
import io.heliograph.scan.ValueFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of {@code helio.publish}, without decoding the data.
 *
 * @param data absent for a publication without data
 */
record PublishArguments(
        String channel, Payload data, @Nullable PublicationId id) {

    private static final String[] NAMES = {"channel", "data", "id"};

    /**
     * Reads arguments by name or by position.
     *
     * @throws io.heliograph.codec.CodecException if the payload is malformed
     * @throws IllegalArgumentException if an argument is invalid
     */
    static PublishArguments of(Payload argument) {
        Codec codec = argument.codec();
        ValueFormat format = ValueFormat.of(codec);
        if (format == null || !argument.isPresent()) {
            return ofDecoded(argument);
        }
        Frame frame = argument.frame();
        @Nullable Frame[] members = new @Nullable Frame[NAMES.length];
        if (format.isArray(frame)) {
            List<Frame> elements = format.elements(frame, NAMES.length);
            if (elements.size() == 1 && format.isObject(elements.get(0))) {
                members = format.members(elements.get(0), NAMES);
            } else {
                for (int i = 0; i < elements.size(); i++) {
                    members[i] = elements.get(i);
                }
            }
        } else if (format.isObject(frame)) {
            members = format.members(frame, NAMES);
        } else {
            members[0] = frame;
        }
        Frame channel = members[0];
        if (channel == null || !format.isString(channel)) {
            throw new IllegalArgumentException("channel: missing (expected: a string)");
        }
        String name = (String) format.decode(codec, channel, String.class);
        Frame data = members[1];
        Frame id = members[2];
        return new PublishArguments(
                String.valueOf(name),
                data == null
                        ? Payload.absent(codec)
                        : argument.isWellFormed() ? Payload.ofWellFormed(codec, data) : Payload.of(codec, data),
                id == null ? null : Arguments.publicationId("id", codec.decode(id, Object.class)));
    }

    private static PublishArguments ofDecoded(Payload argument) {
        Arguments arguments = Arguments.of(argument, NAMES);
        Payload data = arguments.has("data")
                ? Payload.ofValue(argument.codec(), arguments.get("data"))
                : Payload.absent(argument.codec());
        return new PublishArguments(arguments.text("channel"), data, arguments.publicationId("id"));
    }
}
