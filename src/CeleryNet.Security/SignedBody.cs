using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace CeleryNet.Security;

/// <summary>The parts of a signed body.</summary>
/// <param name="Signer">Who has signed it.</param>
/// <param name="Signature">The signature of the content.</param>
/// <param name="ContentType">The content type of the content.</param>
/// <param name="ContentEncoding">The content encoding of the content.</param>
/// <param name="Content">What is signed.</param>
/// <remarks>
/// base64(signer 00 01 signature 00 01 content type 00 01 content encoding 00 01 content). Celery 5.5 and later have signer and signature in base64 once more;
/// before, a signature may contain 00 01 and is as long as the signer's key. celery/security/serialization.py SecureSerializer._pack, _unpack
/// </remarks>
internal readonly record struct SignedBody(
    SignerCertificate Signer, ReadOnlyMemory<byte> Signature, string ContentType, string ContentEncoding, ReadOnlyMemory<byte> Content)
{
    private const int LongestQuote = 200;

    private static ReadOnlySpan<byte> Separator => [0, 1];

    public byte[] Pack(SignatureLayout layout)
    {
        var signer = Encoding.UTF8.GetBytes(Signer.Id);
        var signature = Signature.ToArray();
        if (layout == SignatureLayout.Celery55)
        {
            signer = Encoding.ASCII.GetBytes(Convert.ToBase64String(signer));
            signature = Encoding.ASCII.GetBytes(Convert.ToBase64String(signature));
        }

        var packed = new ArrayBufferWriter<byte>(signer.Length + signature.Length + ContentType.Length + ContentEncoding.Length + 8 + Content.Length);
        packed.Write(signer);
        packed.Write(Separator);
        packed.Write(signature);
        packed.Write(Separator);
        Encoding.UTF8.GetBytes(ContentType, packed);
        packed.Write(Separator);
        Encoding.UTF8.GetBytes(ContentEncoding, packed);
        packed.Write(Separator);
        packed.Write(Content.Span);

        var body = new byte[Base64.GetMaxEncodedToUtf8Length(packed.WrittenCount)];
        Base64.EncodeToUtf8(packed.WrittenSpan, body, out _, out _);
        return body;
    }

    /// <exception cref="MalformedMessageException">It is no signed body, or the signer is not in the store.</exception>
    public static SignedBody Unpack(ReadOnlyMemory<byte> body, CertificateStore store)
    {
        var rest = DecodeBase64(body.Span, "body");
        var first = TakeField(ref rest);

        // A signer has a space before the serial number, base64 has none.
        var isEncoded = !first.Span.Contains((byte)' ');
        var id = Encoding.UTF8.GetString(isEncoded ? DecodeBase64(first.Span, "signer").Span : first.Span);
        var signer = store.Find(id) ?? throw new MalformedMessageException(
            $"The body is signed by '{Quote(id)}', whose certificate is not in the certificate store (CertificateStore).");

        ReadOnlyMemory<byte> signature;
        if (isEncoded)
        {
            signature = DecodeBase64(TakeField(ref rest).Span, "signature");
        }
        else
        {
            var size = signer.SignatureSize;
            if (rest.Length < size || !rest.Span[size..].StartsWith(Separator))
            {
                throw new MalformedMessageException($"The body signed by '{id}' has no signature of {size} bytes, as the key of the signer makes them.");
            }

            signature = rest[..size];
            rest = rest[(size + Separator.Length)..];
        }

        var contentType = Encoding.UTF8.GetString(TakeField(ref rest).Span);
        var contentEncoding = Encoding.UTF8.GetString(TakeField(ref rest).Span);
        return new SignedBody(signer, signature, contentType, contentEncoding, rest);
    }

    /// <summary>What a message says, so far as an error may repeat it.</summary>
    public static string Quote(string text)
        => string.Concat(text.Take(LongestQuote).Select(each => char.IsControl(each) ? '\ufffd' : each)) + (text.Length > LongestQuote ? "…" : "");

    private static ReadOnlyMemory<byte> TakeField(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf(Separator);
        if (end < 0)
        {
            throw new MalformedMessageException("The body is not signed: it does not have the five fields of Celery's serializer auth.");
        }

        var field = rest[..end];
        rest = rest[(end + Separator.Length)..];
        return field;
    }

    private static ReadOnlyMemory<byte> DecodeBase64(ReadOnlySpan<byte> text, string what)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            ? bytes.AsMemory(0, written)
            : throw new MalformedMessageException($"The body is not signed: its {what} is not base64, as Celery's serializer auth writes it.");
    }
}
