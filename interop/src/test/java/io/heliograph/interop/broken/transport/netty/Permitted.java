package io.heliograph.interop.broken.transport.netty;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where Netty is at home. */
public final class Permitted {
    @Nullable
    ByteBuf buffer;
}
