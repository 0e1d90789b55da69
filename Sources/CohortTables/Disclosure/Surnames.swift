/// Surnames that are common in several countries, lower case and without accents.
///
/// Words that are also colours, months, places of care or labels (`white`, `young`, `may`, `king`) are left out: they
/// tell a list of people from a list of levels.
enum Surnames {
  static func contains(_ word: String) -> Bool { common.contains(word) }

  private static let common = Set(
    (english + germanic + romance + nordic + others).split(separator: " ").map(String.init))

  private static let english = """
    smith johnson williams jones davis miller wilson moore taylor anderson thomas jackson harris thompson robinson walker \
    lewis allen wright scott hill adams baker nelson campbell mitchell roberts carter phillips evans turner parker \
    collins edwards stewart morris murphy cook rogers morgan cooper reed bailey kelly howard ward cox richardson watson \
    brooks wood bennett hughes myers sullivan russell griffin hayes hamilton graham patterson jenkins henderson simmons \
    foster gonzales bryant alexander butler barnes fisher jordan reynolds ellis harrison gibson mcdonald marshall ortiz \
    murray freeman wells webb simpson stevens tucker hunter hicks crawford henry boyd mason kennedy warren dixon burns \
    gordon shaw holmes rice robertson hunt daniels palmer mills nichols ferguson stephens hawkins dunn perkins \
    hudson spencer gardner payne pierce berry matthews arnold wagner willis watkins snyder cunningham bradley lawrence \
    elliott oliver carroll fox lloyd chapman davies thomson macdonald oconnor oneill obrien byrne
    """ + " "
  private static let germanic = """
    mueller muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schaefer bauer koch richter klein \
    wolf schroeder neumann schwarz zimmermann braun krueger hofmann hartmann lange schmitt werner schmitz krause meier \
    lehmann schmid schulze maier koehler herrmann huber mayer fuchs peters scholz moeller weiss jung hahn schubert vogel \
    friedrich keller guenther frank berger winkler roth beck lorenz baumann franke albrecht simon ludwig boehm jansen \
    janssen dejong devries vandenberg vandijk bakker visser smit meijer deboer mulder degroot bos vos hendriks vanleeuwen \
    dekker brouwer dewit dijkstra smits degraaf vandermeer
    """ + " "
  private static let romance = """
    martin bernard dubois petit durand leroy moreau laurent lefebvre michel garcia bertrand roux vincent fournier morel \
    girard andre lefevre mercier dupont lambert bonnet francois martinez legrand garnier faure rousseau blanc guerin muller \
    rodriguez gonzalez fernandez lopez sanchez perez gomez ruiz hernandez diaz moreno alvarez munoz romero alonso gutierrez \
    navarro torres dominguez vazquez ramos gil ramirez serrano molina suarez ortega delgado castro rossi russo ferrari \
    esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano rizzo lombardi \
    moretti silva santos oliveira souza rodrigues ferreira alves pereira lima gomes ribeiro carvalho almeida lopes soares \
    fernandes vieira barbosa rocha dias nunes marques sousa martins
    """ + " "
  private static let nordic = """
    hansen johansen olsen larsen andersen pedersen nilsen kristiansen jensen karlsen johnsen pettersen eriksen berg haugen \
    hagen johannessen andreassen jacobsen dahl jorgensen halvorsen lund nielsen christensen rasmussen sorensen petersen \
    madsen kristensen olsson andersson johansson karlsson nilsson eriksson larsson persson svensson gustafsson pettersson \
    jonsson jansson hansson bengtsson lindberg jakobsson magnusson lindstrom lindqvist lindgren berglund korhonen \
    virtanen makinen nieminen makela hamalainen laine heikkinen koskinen jarvinen
    """ + " "
  private static let others = """
    patel khan singh kumar sharma gupta ahmed hussain begum ali nguyen tran wang zhang chen liu yang huang zhao kim \
    ivanov petrov smirnov nowak kowalski wisniewski wojcik kaminski novak svoboda horvat nagy kovacs szabo toth yilmaz \
    kaya demir papadopoulos popescu
    """
}
