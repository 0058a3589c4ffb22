using CeleryNet.Extensibility;

namespace CeleryNet.Security;

/// <summary>
/// Signs what another serializer writes, and has another read only what somebody of the certificate store has signed. What is signed is the written content, so
/// that nothing is decoded before its signature is verified. celery/security/serialization.py SecureSerializer
/// </summary>
internal sealed class AuthSerializer : CelerySerializer
{
    public const string SerializerName = "auth";
    public const string MimeType = "application/data";

    private readonly SigningKey _key;
    private readonly CertificateStore _store;
    private readonly MaximumSaltPss _pss;
    private readonly CelerySerializer _writer;
    private readonly IReadOnlyList<CelerySerializer> _readers;
    private readonly SignatureLayout _layout;
    private readonly string _digest;
    private readonly TimeProvider _time;

    /// <param name="options">Keys, certificates and the names of the inner serializers.</param>
    /// <param name="inner">The serializers that may be named.</param>
    /// <param name="time">Tells which certificates have expired.</param>
    /// <exception cref="CeleryConfigurationException">A file cannot be read or its content used, or an option names what is not known.</exception>
    public AuthSerializer(CelerySecurityOptions options, IReadOnlyList<CelerySerializer> inner, TimeProvider time)
        : base(SerializerName, MimeType, "utf-8")
    {
        var known = new SerializerRegistry(inner.Where(serializer => serializer.Name != SerializerName));
        _writer = known.Find(options.Serializer, "Celery:Security:Serializer");
        _readers = options.AcceptedSerializers.Count == 0
            ? [_writer]
            : [.. options.AcceptedSerializers.Select(name => known.Find(name, "Celery:Security:AcceptedSerializers")).Distinct()];
        if (options.Layout == SignatureLayout.Celery52 && !string.Equals(_writer.ContentEncoding, "utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw new CeleryConfigurationException(
                $"Celery:Security:Serializer is '{options.Serializer}', which writes bytes, but Celery up to 5.4 signs text only: use json or yaml, or the Layout Celery55.");
        }

        _digest = options.Digest;
        _pss = new MaximumSaltPss(Digests.Find(options.Digest) ?? throw new CeleryConfigurationException(
            $"Celery:Security:Digest must be one of {string.Join(", ", Digests.Names)}, was '{options.Digest}'."));
        _layout = options.Layout;
        _time = time;
        _key = SigningKey.Load(options, time);
        _store = CertificateStore.Load(options.CertificateStore, time);
        CheckKeySizes();
    }

    /// <inheritdoc />
    /// <exception cref="CelerySerializationException">The inner serializer cannot say it, or our certificate has expired, so that nobody would believe it.</exception>
    public override ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> json)
    {
        var signer = _key.Certificate;
        if (signer.IsExpired(_time))
        {
            throw new CelerySerializationException($"The body cannot be signed: our certificate '{signer.File}' has expired on {signer.Expires:u}.");
        }

        var content = _writer.Encode(json);
        return new SignedBody(signer, _key.Sign(_pss, content.Span), _writer.ContentType, _writer.ContentEncoding, content).Pack(_layout);
    }

    public override ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> body, string? contentEncoding, ContentLimits limits)
    {
        var signed = SignedBody.Unpack(body, _store);
        if (signed.Signer.IsExpired(_time))
        {
            throw new MalformedMessageException($"The body is signed by '{signed.Signer.Id}', whose certificate has expired on {signed.Signer.Expires:u}.");
        }

        if (!_pss.Verify(signed.Signer.PublicKey, signed.Content.Span, signed.Signature.Span))
        {
            throw new MalformedMessageException(
                $"The signature of the body does not fit: it was changed, '{signed.Signer.Id}' has not signed it, or not with the digest {_digest} (Celery:Security:Digest, security_digest).");
        }

        var reader = _readers.FirstOrDefault(serializer => serializer.ContentType == signed.ContentType) ?? throw new MalformedMessageException(
            $"The signed content is of type '{SignedBody.Quote(signed.ContentType)}', which is not accepted inside signed bodies; Celery:Security:AcceptedSerializers accepts {string.Join(", ", _readers.Select(each => $"'{each.ContentType}'"))}.");
        return reader.Decode(signed.Content, signed.ContentEncoding, limits);
    }

    private void CheckKeySizes()
    {
        foreach (var signer in _store.Signers.Append(_key.Certificate))
        {
            if (signer.PublicKey.Modulus.BitLength < _pss.SmallestKeyBits)
            {
                throw new CeleryConfigurationException(
                    $"Celery:Security:Digest: {_digest} needs keys of at least {_pss.SmallestKeyBits} bits; that of '{signer.File}' has {signer.PublicKey.Modulus.BitLength}.");
            }
        }
    }
}
