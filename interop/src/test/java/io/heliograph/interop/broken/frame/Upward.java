package io.heliograph.interop.broken.frame;

import io.heliograph.interop.broken.transport.Above;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Core class that uses a package above it, and a library. */
public final class Upward {
    @Nullable
    Above above;

    @Nullable
    JsonNode node;
}
