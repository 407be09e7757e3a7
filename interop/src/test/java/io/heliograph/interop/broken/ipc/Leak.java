package io.heliograph.interop.broken.ipc;

import io.heliograph.interop.broken.cli.Leaf;
import io.heliograph.interop.broken.rpc.Sibling;
import io.heliograph.interop.broken.transport.netty.Permitted;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Protocol class that uses every other package. */
public final class Leak {
    @Nullable
    ByteBuf buffer;

    @Nullable
    JsonNode node;

    CommandLine.@Nullable Help help;

    @Nullable
    Sibling sibling;

    @Nullable
    Permitted permitted;

    @Nullable
    Leaf leaf;
}
