namespace CeleryNet;

/// <summary>
/// Signed messages, Celery's serializer <c>auth</c>: what is sent is signed with a key, and what comes is read only when somebody in the certificate store has
/// signed it. Bound from the configuration section <c>Celery:Security</c> and from Celery's own settings, changed in code, checked when the host starts.
/// </summary>
/// <remarks>
/// It takes effect where <c>TaskSerializer</c> is <c>auth</c> and <c>AcceptContent</c> is only <c>auth</c>. <c>TaskSerializer</c> <c>auth</c> with an
/// <c>AcceptContent</c> of more than that is an error, as in Celery. While a deployment changes over, a process that does not sign yet may accept <c>auth</c>
/// and others. Messages are signed, not encrypted, and a signature does not cover the headers: a task's name and id are as trustworthy as the broker.
/// <para>
/// Results are signed only where <c>ResultSerializer</c> is <c>auth</c>. A Python process accepts results as it accepts tasks: for unsigned ones it needs
/// <c>result_accept_content = ['json']</c>. Celery's events are never signed.
/// </para>
/// </remarks>
public sealed class CelerySecurityOptions
{
    /// <summary>The PEM file with the private RSA key to sign with (<c>security_key</c>).</summary>
    /// <value>Required; at least 1,024 bits.</value>
    public string Key { get; set; } = "";

    /// <summary>The password of the key, which must then be encrypted as PKCS #8 (<c>security_key_password</c>).</summary>
    /// <value>The default is null: the key is not encrypted.</value>
    public string? KeyPassword { get; set; }

    /// <summary>The PEM file with the X.509 certificate of the key, by whose issuer and serial number others find it in their stores (<c>security_certificate</c>).</summary>
    /// <value>Required.</value>
    public string Certificate { get; set; } = "";

    /// <summary>
    /// Whom to trust: a directory, all files of which are PEM certificates, or a path whose last part has <c>*</c> and <c>?</c> (<c>security_cert_store</c>).
    /// Read once, at the start; an expired certificate in it is an error then, and one that expires later is trusted no more.
    /// </summary>
    /// <value>Required. What this program sends to itself is read only if its own certificate is there too.</value>
    public string CertificateStore { get; set; } = "";

    /// <summary>The hash that is signed, which both sides must agree on because the message does not tell (<c>security_digest</c>).</summary>
    /// <value>The default is <c>sha256</c>; also <c>sha384</c>, <c>sha512</c>, <c>sha3_256</c>, <c>sha3_384</c>, <c>sha3_512</c>.</value>
    /// <remarks>
    /// <c>app.setup_security</c> of Celery 5.2 does not look at the setting <c>security_digest</c>: it signs with <c>sha256</c> unless it is called with
    /// <c>digest=</c>.
    /// </remarks>
    public string Digest { get; set; } = "sha256";

    /// <summary>The serializer of the content that is signed (<c>serializer</c> of <c>setup_security</c>).</summary>
    /// <value>The default is <c>json</c>.</value>
    public string Serializer { get; set; } = "json";

    /// <summary>The serializers, by name or content type, whose content is read once its signature is verified.</summary>
    /// <value>
    /// The default is empty: only <see cref="Serializer"/>. Name no more than are needed: which one it is does not belong to what is signed. Python reads
    /// whatever the message names.
    /// </value>
    public IList<string> AcceptedSerializers { get; set; } = [];

    /// <summary>How signed bodies are written; both layouts are read.</summary>
    /// <value>The default is <see cref="SignatureLayout.Celery52"/>, for Celery up to 5.4. Celery 5.5 and later need <see cref="SignatureLayout.Celery55"/>.</value>
    public SignatureLayout Layout { get; set; }
}
