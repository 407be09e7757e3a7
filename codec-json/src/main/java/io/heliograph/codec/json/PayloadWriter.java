package io.heliograph.codec.json;

import io.heliograph.codec.Payload;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/** Serializer of payloads within values: a JSON payload is copied verbatim, any other payload is written by its value. */
final class PayloadWriter extends ValueSerializer<Payload> {

    @Override
    public void serialize(Payload payload, JsonGenerator generator, SerializationContext context) {
        if (!payload.isPresent()) {
            generator.writeNull();
        } else if (payload.codec().format().equals("json")) {
            generator.writeRawValue(payload.text());
        } else {
            context.writeValue(generator, payload.value());
        }
    }
}
