package io.heliograph.interop.broken.transport.netty;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Class of the one package that may use Netty. */
public final class Permitted {
    @Nullable
    ByteBuf buffer;
}
